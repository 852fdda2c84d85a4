import { Callout } from "@mindmesh/ui";
import CircleAlert from "lucide-react/icons/circle-alert";

/** What is wrong with a form as a whole. Draws nothing when nothing is. */
export function FormError({ message }: { message: string | undefined }) {
  if (!message) return null;
  return (
    <Callout tone="danger" icon={<CircleAlert aria-hidden="true" />}>
      {message}
    </Callout>
  );
}
