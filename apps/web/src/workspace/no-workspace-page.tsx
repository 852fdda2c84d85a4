import { EmptyState } from "@mindmesh/ui";
import Building2 from "lucide-react/icons/building-2";

/** For a person who has left every workspace. */
export function NoWorkspacePage() {
  return (
    <main className="flex h-full items-center justify-center">
      <title>No workspace · Mindmesh</title>
      <EmptyState
        icon={<Building2 aria-hidden="true" />}
        title="You are in no workspace"
        description="Ask somebody to invite you into theirs."
      />
    </main>
  );
}
