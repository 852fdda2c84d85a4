import { Button, Callout } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import { useState } from "react";
import { later } from "../../shell/later.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Section } from "../parts/section.tsx";
import { deletionQuery } from "./queries.ts";

const DeletionDialog = later(() => import("./deletion-dialog.tsx").then((part) => part.DeletionDialog));

const names = (workspaces: { name: string }[]) => workspaces.map(({ name }) => `“${name}”`).join(", ");

/** The end of the account, after saying what goes with it and what stands in the way. */
export function DeletionSection() {
  const preview = useQuery(deletionQuery);
  const [asking, setAsking] = useState(false);
  return (
    <Section title="Delete my account" description="Your account and all of your data are deleted for ever.">
      <Loaded query={preview} skeleton={null}>
        {({ deletedWorkspaces, blockingWorkspaces, mustHandOverServer }) => {
          const blocked = blockingWorkspaces.length > 0 || mustHandOverServer;
          return (
            <div className="flex flex-col items-start gap-3">
              {blocked ? (
                <Callout tone="warning" icon={<TriangleAlert aria-hidden="true" />} title="First, this must be settled">
                  {blockingWorkspaces.length > 0 ? (
                    <p>
                      You are the only owner of {names(blockingWorkspaces)}. Make somebody else an owner, or delete it.
                    </p>
                  ) : null}
                  {mustHandOverServer ? (
                    <p>You own this server. Hand it over under Server, Sign-up and people.</p>
                  ) : null}
                </Callout>
              ) : null}
              {deletedWorkspaces.length > 0 ? (
                <p className="text-sm text-muted">
                  With it goes everything in {names(deletedWorkspaces)}, where nobody else is.
                </p>
              ) : null}
              <Button variant="danger" disabled={blocked} onClick={() => setAsking(true)}>
                Delete my account
              </Button>
            </div>
          );
        }}
      </Loaded>
      {asking ? <DeletionDialog onClose={() => setAsking(false)} /> : null}
    </Section>
  );
}
