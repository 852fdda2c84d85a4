import { useSuspenseQuery } from "@tanstack/react-query";
import { meQuery } from "../../../identity/queries.ts";
import type { SectionProps } from "../sections.tsx";
import { AccessPart } from "./access-part.tsx";
import { ConsentsPart } from "./consents-part.tsx";
import { DeletePart } from "./delete-part.tsx";
import { FilesPart } from "./files-part.tsx";
import { HiddenPart } from "./hidden-part.tsx";
import { LimitsPart } from "./limits-part.tsx";
import { NamePart } from "./name-part.tsx";
import { PlacePart } from "./place-part.tsx";

/** What owners and admins decide about a connection. */
export function SettingsSection({ workspaceId, connection }: SectionProps) {
  const { data: me } = useSuspenseQuery(meQuery);
  const props = { workspaceId, connection };
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto max-w-2xl px-8 pb-10 phone:px-4">
        <NamePart {...props} />
        {connection.network === null ? (
          <FilesPart {...props} />
        ) : (
          <PlacePart {...props} ownsServer={me.person.isInstanceOwner} />
        )}
        <AccessPart {...props} />
        <ConsentsPart {...props} />
        <HiddenPart {...props} />
        <LimitsPart {...props} />
        <DeletePart {...props} />
      </div>
    </div>
  );
}
