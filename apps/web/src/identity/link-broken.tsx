import { EmptyState } from "@mindmesh/ui";
import { Link } from "@tanstack/react-router";
import Link2Off from "lucide-react/icons/link-2-off";
import { textLink } from "./text-link.ts";

/** For a link that has been used, has expired, or was cut off when it was copied. */
export function LinkBroken({ message }: { message: string }) {
  return (
    <EmptyState
      icon={<Link2Off aria-hidden="true" />}
      title="This link does not work"
      description={message}
      action={
        <Link to="/sign-in" className={textLink}>
          Go to sign-in
        </Link>
      }
    />
  );
}
