import { readdir } from "node:fs/promises";
import path from "node:path";
import { bubblewrapDriver } from "@mindmesh/sandbox";
import { allowedHosts } from "./allowed-hosts.ts";
import { skipUnlessBubblewrap } from "./bubblewrap-setup.ts";

skipUnlessBubblewrap("with bubblewrap", () =>
  allowedHosts({
    name: "bubblewrap",
    driver: (directory, connect) => bubblewrapDriver({ directory, connect, waitMs: 0 }),
    async sockets(directory) {
      const [record = ""] = await readdir(path.join(directory, "instances"));
      return readdir(`/tmp/mindmesh-net-${path.basename(record, ".json")}`);
    },
  }),
);
