import type { KeyOwner } from "@mindmesh/contracts/models";
import { roleMay } from "@mindmesh/contracts/permissions";
import { Callout } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import Lightbulb from "lucide-react/icons/lightbulb";
import { useRole } from "../use-role.ts";
import { DefaultModelSection } from "./default-model-section.tsx";
import { KeysSection } from "./keys-section.tsx";
import { offerQuery } from "../../models/queries.ts";

/** The person's own provider keys, and the model that they begin with. */
export function MyModelsPage({ workspaceId }: { workspaceId: string }) {
  const role = useRole(workspaceId);
  return <Models workspaceId={workspaceId} owner="person" mayChange={roleMay(role, "content.write")} />;
}

/** The provider keys that everybody in the workspace uses, and the model that everybody begins with. */
export function WorkspaceModelsPage({ workspaceId }: { workspaceId: string }) {
  const role = useRole(workspaceId);
  return <Models workspaceId={workspaceId} owner="workspace" mayChange={roleMay(role, "workspace.configure")} />;
}

type ModelsProps = { workspaceId: string; owner: KeyOwner; mayChange: boolean };

function Models({ workspaceId, owner, mayChange }: ModelsProps) {
  const { data: offer } = useQuery(offerQuery(workspaceId));
  return (
    <>
      {offer && offer.help.length > 0 ? (
        <Callout
          icon={<Lightbulb aria-hidden="true" />}
          title="Answers need a model. Three ways to get one:"
          className="mt-6"
        >
          <ul className="mt-1 list-disc space-y-0.5 pl-4">
            {offer.help.map(({ way, text }) => (
              <li key={way}>{text.replace(/^Or (\w)/, (_, first: string) => first.toUpperCase())}</li>
            ))}
          </ul>
        </Callout>
      ) : null}
      <KeysSection workspaceId={workspaceId} owner={owner} mayChange={mayChange} />
      <DefaultModelSection workspaceId={workspaceId} owner={owner} mayChange={mayChange} />
    </>
  );
}
