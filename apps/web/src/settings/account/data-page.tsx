import { DeletionSection } from "./deletion-section.tsx";
import { ExportSection } from "./export-section.tsx";

export function DataPage() {
  return (
    <>
      <ExportSection />
      <DeletionSection />
    </>
  );
}
