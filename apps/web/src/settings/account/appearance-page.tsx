import { ThemeControl } from "@mindmesh/ui";
import { Section } from "../parts/section.tsx";

export function AppearancePage() {
  return (
    <Section
      title="Theme"
      description="Kept on this device. “System” follows the device, also when that changes at night."
    >
      <ThemeControl />
    </Section>
  );
}
