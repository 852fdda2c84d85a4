import { ClientError } from "@mindmesh/client";
import { toast } from "@mindmesh/ui";

/** Says in passing what the server refused. Faults of the page itself go on to the error reporter. */
export function showError(error: unknown) {
  if (!(error instanceof ClientError)) throw error;
  toast(error.message, { tone: "danger" });
}
