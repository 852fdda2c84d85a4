import { EmptyState } from "@mindmesh/ui";
import MessagesSquare from "lucide-react/icons/messages-square";
import { PageHeader } from "./page-header.tsx";

export function HomePage() {
  return (
    <>
      <PageHeader title="Chat" />
      <div className="flex flex-1 items-center justify-center">
        <EmptyState
          icon={<MessagesSquare aria-hidden="true" />}
          title="No conversation is open"
          description="Conversations stand in the sidebar."
        />
      </div>
    </>
  );
}
