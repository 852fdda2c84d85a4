import { Button, EmptyState } from "@mindmesh/ui";
import { Link } from "@tanstack/react-router";
import Compass from "lucide-react/icons/compass";

export function NotFoundPage() {
  return (
    <main className="flex h-full items-center justify-center">
      <title>Not found · Mindmesh</title>
      <EmptyState
        icon={<Compass aria-hidden="true" />}
        titleAs="h1"
        title="There is nothing at this address"
        description="It may have been moved or deleted, or it belongs to a workspace you are not in."
        action={
          <Button asChild variant="primary">
            <Link to="/">Go to the start</Link>
          </Button>
        }
      />
    </main>
  );
}
