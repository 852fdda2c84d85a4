import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type Server, createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { type RunRequest, type Sandbox, openSandbox } from "@mindmesh/sandbox";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { SandboxDriver } from "../src/driver.ts";
import type { SandboxNetwork } from "../src/network/network.ts";
import { outcomeOf } from "./support/outcome-of.ts";

interface Setup {
  name: string;
  driver(directory: string, connect: SandboxNetwork["connect"]): SandboxDriver;
  /** Folders of runs' sockets that are there now. */
  sockets(directory: string): Promise<string[]>;
}

/** The hosts that an admin allowed, and no others, from behind any wall of Linux. */
export function allowedHosts(setup: Setup): void {
  describe(`hosts that an admin allowed, behind ${setup.name}`, () => {
    let place: string;
    let site: Server;
    let sandbox: Sandbox;
    let reached: string[] = [];

    beforeAll(async () => {
      place = await mkdtemp(path.join(tmpdir(), "mindmesh-hosts-"));
      site = createServer((request, response) => {
        reached.push(
          `${request.method} ${request.headers.host} ${request.url} ${String(request.headers["proxy-connection"])}`,
        );
        response.end("from the site");
      }).listen(0, "127.0.0.1");
      await once(site, "listening");
      const { port } = site.address() as AddressInfo;
      // Every name leads to the site of the test, but for one that the server's guard refuses.
      const driver = setup.driver(path.join(place, "driver"), async (host) => {
        if (host === "inside.example")
          throw new Error("inside.example is an address inside this server's own network.");
        const socket = connect(port, "127.0.0.1");
        await once(socket, "connect");
        return socket;
      });
      sandbox = await openSandbox({ directory: place, drivers: [driver], concurrency: 2, log: () => {} });
    });
    afterAll(async () => {
      await sandbox.close();
      site.close();
      await rm(place, { recursive: true, force: true });
    });
    beforeEach(() => {
      reached = [];
    });
    const run = (language: RunRequest["language"], source: string, hosts?: string[]) =>
      outcomeOf(
        sandbox.run({
          person: "one",
          directory: path.join(place, "work"),
          signal: new AbortController().signal,
          language,
          source,
          ...(hosts && { hosts }),
        }),
      );

    const python = `
import http.client, urllib.error, urllib.request
def fetch(url):
    try:
        print(urllib.request.urlopen(url, timeout=10).read().decode())
    except urllib.error.HTTPError as error:
        print(error.code, error.read().decode().strip())
    except OSError as error:
        print("no way:", type(error).__name__)
fetch("http://allowed.example/page?a=1")
fetch("http://allowed.example:81/")
fetch("http://other.example/")
fetch("http://inside.example/")
fetch("http://a.below.example/")
fetch("http://below.example/")
fetch("http://notbelow.example/")
tunnel = http.client.HTTPConnection("127.0.0.1", 3128, timeout=10)
tunnel.set_tunnel("allowed.example", 443)
tunnel.request("GET", "/tunnel")
print(tunnel.getresponse().read().decode())
try:
    refused = http.client.HTTPConnection("127.0.0.1", 3128, timeout=10)
    refused.set_tunnel("other.example", 443)
    refused.request("GET", "/")
except OSError as error:
    print("tunnel:", error)
`;

    it("lets Python reach them by http and by a tunnel, and no other host, port or address of the inside", async () => {
      const { stdout, finished } = await run("python", python, [
        "allowed.example",
        "inside.example",
        "*.below.example",
      ]);
      expect(finished.reason).toBe("exit");
      const [page, port, other, inside, below, itself, similar, tunnel, refused] = stdout.trim().split("\n");
      expect(page).toBe("from the site");
      expect(port).toBe("403 allowed.example:81 is not among the hosts that an admin allowed.");
      expect(other).toBe("403 other.example is not among the hosts that an admin allowed.");
      expect(inside).toBe("502 inside.example is an address inside this server's own network.");
      expect(below).toBe("from the site");
      expect([itself, similar].join()).toMatch(/^403 below.example .*403 notbelow.example /);
      expect(tunnel).toBe("from the site");
      expect(refused).toMatch(/^tunnel: .*403/);
      expect(reached).toEqual([
        "GET allowed.example /page?a=1 undefined",
        "GET a.below.example / undefined",
        "GET allowed.example:443 /tunnel undefined",
      ]);
    });

    it("lets fetch of JavaScript reach them, posting too", async () => {
      const { stdout } = await run(
        "javascript",
        `const answer = await fetch("http://allowed.example:8080/form", { method: "POST", body: "hello" });
       console.log(answer.status, await answer.text());
       await fetch("http://other.example/").then(
         async (other) => console.log(other.status),
         () => console.log("refused"),
       );`,
        ["allowed.example:8080"],
      );
      expect(stdout.split("\n")[0]).toBe("200 from the site");
      expect(stdout.split("\n")[1]).toMatch(/403|refused/);
      expect(reached).toHaveLength(1);
    });

    it("gives no other way out: not the machine itself, not another address, not a name", async () => {
      const { port } = site.address() as AddressInfo;
      const { stdout } = await run(
        "python",
        `
import socket
for host, port in (("127.0.0.1", ${port}), ("1.1.1.1", 80), ("169.254.169.254", 80), ("allowed.example", 80)):
    try:
        socket.create_connection((host, port), timeout=3)
        print("open", host)
    except OSError:
        print("closed")
`,
        ["allowed.example"],
      );
      expect(stdout).toBe("closed\n".repeat(4));
      expect(reached).toEqual([]);
    });

    it("a run without hosts has neither the proxy nor its socket", async () => {
      const { stdout } = await run(
        "python",
        `
import os, socket
print(os.path.exists("/run/mindmesh"), os.environ.get("http_proxy"))
try:
    socket.create_connection(("127.0.0.1", 3128), timeout=3)
except OSError:
    print("closed")
`,
      );
      expect(stdout).toBe("False None\nclosed\n");
    });

    it("a run that is cancelled while it is being answered leaves nothing open", async () => {
      const held = new Promise<boolean>((resolve) => {
        site.once("connection", (socket) => socket.once("close", () => resolve(true)));
      });
      const away = new AbortController();
      const source = `
import http.client, time
tunnel = http.client.HTTPConnection("127.0.0.1", 3128)
tunnel.set_tunnel("allowed.example", 443)
tunnel.connect()
print("connected")
time.sleep(60)
`;
      const request = { person: "one", directory: path.join(place, "work"), language: "python" as const, source };
      let last = "";
      for await (const event of sandbox.run({ ...request, hosts: ["allowed.example"], signal: away.signal })) {
        if (event.type === "output" && event.text.includes("connected")) away.abort();
        if (event.type === "finished") last = event.reason;
      }
      expect(last).toBe("cancelled");
      expect(await held).toBe(true);
      expect(await setup.sockets(path.join(place, "driver"))).toEqual([]);
    });
  });
}
