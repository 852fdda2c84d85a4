import { Callout } from "@mindmesh/ui";
import { getRouteApi } from "@tanstack/react-router";
import { CenteredPage } from "../shell/centered-page.tsx";

const route = getRouteApi("/connect-refused");

/** By the code alone: a page that shows text from its address would show anybody's text. */
const reasons: Record<string, string> = {
  invalid_client:
    "The program is not known here any more, or its description could not be read. Remove the connection in the program and make it anew.",
  invalid_client_metadata: "The program’s description of itself is not in order. Tell those who make it.",
  invalid_redirect_uri: "The program wants the answer sent to an address that it has not registered. Nothing was sent.",
};

/** A program's request that is refused here, because nobody can tell where an answer should go. */
export function ConnectRefusedPage() {
  const { error } = route.useSearch();
  const reason = error !== undefined && Object.hasOwn(reasons, error) ? reasons[error] : undefined;
  return (
    <CenteredPage title="The program was not connected">
      <Callout tone="danger">
        {reason ?? "The request was not in order or has expired. Start again in the program."}
      </Callout>
    </CenteredPage>
  );
}
