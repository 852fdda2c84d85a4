import { errorTable } from "@mindmesh/contracts/errors";
import { Callout } from "@mindmesh/ui";
import CircleAlert from "lucide-react/icons/circle-alert";

/** What a redirect says went wrong. Only codes of our own table: the address may come from anybody. */
export function messageOfCode(code: string | undefined) {
  if (code === undefined) return undefined;
  return Object.hasOwn(errorTable, code)
    ? errorTable[code as keyof typeof errorTable].message
    : "Signing in there did not work. Try again.";
}

export function LinkError({ code }: { code: string | undefined }) {
  const message = messageOfCode(code);
  if (message === undefined) return null;
  return (
    <Callout tone="danger" icon={<CircleAlert aria-hidden="true" />} className="mb-4">
      {message}
    </Callout>
  );
}
