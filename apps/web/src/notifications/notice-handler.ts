import type { EventHandler } from "../live/live-connection.ts";

/**
 * Hands events of notifications and tool calls on to what knows them, which is fetched when the first one comes.
 * @param open leads to an address of the page
 */
export function noticeHandler(open: (address: string) => void): EventHandler {
  return (queryClient, event) => {
    if (!/^(?:notification|tools)\./.test(event.type)) return;
    import("./notice-events.ts").then(
      ({ handleNotice }) => handleNotice(queryClient, event, open),
      // Offline or in mid-deploy: the bell shows it after the next load.
      (error: unknown) => reportError(error),
    );
  };
}
