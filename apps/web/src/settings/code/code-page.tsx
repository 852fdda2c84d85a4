import { useQuery } from "@tanstack/react-query";
import { sandboxQuery } from "../../products/chat/code/queries.ts";
import { Loaded } from "../parts/loaded.tsx";
import { LimitsSection } from "./limits-section.tsx";
import { runSettingsQuery } from "./queries.ts";
import { LanguagesSection, WallSection } from "./wall-section.tsx";

/** Code that runs in this workspace: behind which wall, how far it may go. */
export function CodePage({ workspaceId }: { workspaceId: string }) {
  const sandbox = useQuery(sandboxQuery(workspaceId));
  const settings = useQuery(runSettingsQuery(workspaceId));
  return (
    <>
      <Loaded query={sandbox}>
        {(described) => (
          <>
            <WallSection sandbox={described} />
            <LanguagesSection sandbox={described} />
          </>
        )}
      </Loaded>
      <Loaded query={settings}>
        {(data) => (
          <LimitsSection
            key={JSON.stringify(data.settings)}
            workspaceId={workspaceId}
            settings={data.settings}
            usual={data.usual}
          />
        )}
      </Loaded>
    </>
  );
}
