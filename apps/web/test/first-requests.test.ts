import { skipUnless } from "@mindmesh/test-support";
import { beforeAll, expect, it } from "vitest";
import { firstRequests } from "../build/first-requests.ts";
import { chatInBrowser } from "./support/chat.ts";
import { complaints, desktop, phone } from "./support/browser.ts";

skipUnless("chromium")("what a page asks for ahead", () => {
  const chat = chatInBrowser();

  beforeAll(async () => {
    // Without anybody the server would be set up first.
    await chat.signUp(await chat.open(), "The owner");
  });

  /** Opens an address with an empty cache and gives back what it fetched from the API, in order. */
  async function visit(address: string, size: typeof desktop | typeof phone, signedIn: boolean) {
    const context = await chat.open({ ...size, serviceWorkers: "block" });
    let path = address;
    if (signedIn) {
      const { workspaceId } = await chat.signUp(context, "Ann");
      path = path.replace("([^/]+)", workspaceId);
      if (path.includes("([^/]+)")) {
        const made = await context.request.post(`/api/workspaces/${workspaceId}/chat/conversations`, { data: {} });
        path = path.replace("([^/]+)", ((await made.json()) as { id: string }).id);
      }
    }
    const page = await context.newPage();
    const asked: string[] = [];
    const scripts: string[] = [];
    page.on("request", (request) => {
      const { pathname, search } = new URL(request.url());
      if (request.method() === "GET" && pathname.startsWith("/api/")) asked.push(`${pathname}${search}`);
      if (request.resourceType() === "script") scripts.push(pathname);
    });
    await page.goto(path);
    return { page, path, asked, scripts };
  }

  /** Answers that the frame asked for and nobody has taken. */
  const untaken = "Object.keys(window.firstAnswers)";

  it.each([
    ["/sign-in", false, "Sign in"],
    ["/sign-up", false, "Create an account"],
    ["/w/([^/]+)/chat", true, "What is on your mind?"],
    ["/w/([^/]+)/chat/([^/]+)", true, "New conversation"],
    ["/w/([^/]+)/query", true, "Query"],
    ["/w/([^/]+)/query/new", true, "Connect a database"],
    ["/w/([^/]+)/query/dashboards", true, "Dashboards"],
    ["/w/([^/]+)/query/alerts", true, "Alerts"],
    ["/w/([^/]+)/settings/profile", true, "Profile"],
  ] as const)("at %s is taken by the page, and asked for once", async (address, signedIn, heading) => {
    const named = firstRequests().find((each) => each.address === address);
    const { page, path, asked } = await visit(address, desktop, signedIn);
    await page.getByRole("heading", { name: heading }).first().waitFor();
    await expect.poll(() => page.evaluate<string[]>(untaken)).toEqual([]);
    const expected = (named?.data ?? []).map((url) => path.replace(new RegExp(`^${address}$`), url));
    expect(expected).not.toEqual([]);
    for (const url of expected) expect(asked.filter((each) => each === url)).toEqual([url]);
    // Nothing of a person is read before the place in the log of events is known.
    expect(asked[0]).toBe(signedIn ? "/api/me" : "/api/auth/setup");
  });

  it("at every page of the settings is taken by the page, and asked for once", async () => {
    const context = await chat.open({ ...phone, serviceWorkers: "block" });
    const { workspaceId } = await chat.signUp(context, "Dora");
    const page = await context.newPage();
    let asked: string[] = [];
    page.on("request", (request) => asked.push(request.url().slice(new URL(page.url()).origin.length)));
    for (const { address, data } of firstRequests()) {
      // Dora does not own the server.
      if (!address.includes("/settings/") || address.includes("/settings/server")) continue;
      asked = [];
      await page.goto(address.replace("([^/]+)", workspaceId));
      const paths = data.map((url) => url.replace("$1", workspaceId));
      const times = () => paths.map((path) => asked.filter((each) => each === path).length);
      const taken = async () => ({ untaken: await page.evaluate<string[]>(untaken), times: times() });
      await expect.poll(taken, { message: address }).toEqual({ untaken: [], times: paths.map(() => 1) });
    }
  });

  it("names the scripts of every page of the settings", async () => {
    const context = await chat.open(phone);
    const { workspaceId } = await chat.signUp(context, "Bea");
    const page = await context.newPage();
    await page.goto(`/w/${workspaceId}/settings`);
    const links = page.getByRole("navigation", { name: "Settings" }).getByRole("link");
    await links.first().waitFor();
    const shown = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
    const addresses = firstRequests().map(({ address }) => address.replace("([^/]+)", workspaceId));
    expect(addresses).toEqual(expect.arrayContaining(shown));
  });

  it.each([
    ["/sign-in", "/api/auth/setup", "Sign in"],
    ["/w/([^/]+)/chat", "/api/me", "What is on your mind?"],
  ])("keeps its frame at %s until the page itself can stand there, however slow the server is", async (...row) => {
    const [address, slow, heading] = row;
    const context = await chat.open({ ...phone, serviceWorkers: "block" });
    const { workspaceId } = await chat.signUp(context, "Cleo");
    if (address === "/sign-in") await context.clearCookies();
    // Longer than the router waits before it shows a placeholder.
    await context.route(`**${slow}`, (route) => setTimeout(() => void route.continue(), 800));
    const page = await context.newPage();
    await page.addInitScript(`
      new MutationObserver((_, observer) => {
        if (!document.getElementById("root") || document.querySelector(".boot")) return;
        observer.disconnect();
        window.inPlaceOfTheFrame = document.getElementById("root").innerText;
        window.sidebarIsThere = document.querySelector("aside") !== null;
      }).observe(document, { childList: true, subtree: true });`);
    await page.goto(address.replace("([^/]+)", workspaceId));
    await page.getByRole("heading", { name: heading }).first().waitFor();
    expect(await page.evaluate("window.inPlaceOfTheFrame")).toContain(heading);
    // Nobody sees a sidebar on a phone: drawing it would only delay the rest.
    expect(await page.evaluate("window.sidebarIsThere")).toBe(false);
  });

  it.each(["/", "/w/01890000-0000-7000-8000-000000000000/chat"])(
    "asks nothing for a stranger at %s that the server would refuse",
    async (address) => {
      const page = await (await chat.open()).newPage();
      const faults = complaints(page);
      await page.goto(address);
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      await expect.poll(() => page.evaluate<string[]>(untaken)).toEqual([]);
      expect(faults).toEqual([]);
    },
  );

  it("checks a form once somebody touches it, and the message is there", async () => {
    const { page, scripts } = await visit("/sign-in", phone, false);
    await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
    expect(scripts.filter((name) => name.includes("form-checks"))).toEqual([]);
    await page.getByRole("textbox", { name: "E-mail address" }).fill("nobody");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByText("Is not an e-mail address.").waitFor();
  });

  it("sends a form whose check cannot be fetched, and shows what the server says of it", async () => {
    const context = await chat.open();
    await context.route("**/form-checks*", (route) => route.abort());
    const page = await context.newPage();
    await page.goto("/sign-in");
    await page.getByRole("textbox", { name: "E-mail address" }).fill("nobody");
    await page.getByRole("textbox", { name: "Password" }).fill("too wrong to be right");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByText("Is not an e-mail address.").waitFor();
    expect(await page.getByRole("textbox", { name: "Password" }).inputValue()).toBe("too wrong to be right");
  });
});
