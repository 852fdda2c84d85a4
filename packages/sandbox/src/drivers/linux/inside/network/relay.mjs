// Programs know proxies by host and port; the proxy of this run is a socket in the file system. This joins the two.
import { writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { pipeline } from "node:stream";

createServer((near) => {
  const far = connect("/run/mindmesh/proxy");
  pipeline(near, far, near, () => {
    near.destroy();
    far.destroy();
  });
}).listen(3128, "127.0.0.1", () => writeFileSync("/tmp/.relay", ""));
