import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UndecipherableSecret, loadMasterKeys, openSecrets } from "../../src/secrets/index.ts";

let dataDirectory: string;
beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), "mindmesh-secrets-"));
});
afterEach(() => rm(dataDirectory, { recursive: true }));

const first = "the first master key, long enough for all";
const second = "the second master key, long enough for all";

describe("what is encrypted", () => {
  const secrets = openSecrets([first]);

  it("comes back the same, and looks different every time", () => {
    const one = secrets.encrypt("sk-Grüße-🔑", "table row");
    const two = secrets.encrypt("sk-Grüße-🔑", "table row");
    expect(one.equals(two)).toBe(false);
    expect(one.includes("sk-")).toBe(false);
    expect(secrets.decrypt(one, "table row")).toBe("sk-Grüße-🔑");
    expect(secrets.decrypt(two, "table row")).toBe("sk-Grüße-🔑");
  });

  it("is worthless in another row", () => {
    const envelope = secrets.encrypt("sk-1", "row one");
    expect(() => secrets.decrypt(envelope, "row two")).toThrow(UndecipherableSecret);
  });

  it("is refused when any byte was changed or is missing", () => {
    const envelope = secrets.encrypt("sk-1", "row");
    for (let at = 0; at < envelope.length; at += 1) {
      const changed = Buffer.from(envelope);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => secrets.decrypt(changed, "row"), `byte ${at}`).toThrow(UndecipherableSecret);
      expect(() => secrets.decrypt(envelope.subarray(0, at), "row"), `first ${at} bytes`).toThrow(UndecipherableSecret);
    }
  });

  it("under another key says which one is needed", () => {
    const envelope = secrets.encrypt("sk-1", "row");
    const others = openSecrets([second]);
    expect(() => others.decrypt(envelope, "row")).toThrow(`another key (${secrets.keyId})`);
  });
});

describe("a new key", () => {
  it("reads what the old one encrypted, and tells that it should be encrypted again", () => {
    const envelope = openSecrets([first]).encrypt("sk-1", "row");
    const rotated = openSecrets([second, first]);
    expect(rotated.decrypt(envelope, "row")).toBe("sk-1");
    expect(rotated.isOutdated(envelope)).toBe(true);
    const renewed = rotated.encrypt("sk-1", "row");
    expect(rotated.isOutdated(renewed)).toBe(false);
    expect(openSecrets([second]).decrypt(renewed, "row")).toBe("sk-1");
  });

  it("given as SECRET_KEY still reads what the file's key encrypted", async () => {
    const fromFile = openSecrets(await loadMasterKeys({ dataDirectory }));
    const envelope = fromFile.encrypt("sk-1", "row");
    const keys = await loadMasterKeys({ dataDirectory, SECRET_KEY: first });
    expect(keys[0]).toBe(first);
    expect(openSecrets(keys).decrypt(envelope, "row")).toBe("sk-1");
  });

  it("knows the one of SECRET_KEY_PREVIOUS", async () => {
    const keys = await loadMasterKeys({ dataDirectory, SECRET_KEY: second, SECRET_KEY_PREVIOUS: first });
    expect(keys).toEqual([second, first]);
  });
});

describe("the key file", () => {
  const file = () => join(dataDirectory, "secret.key");

  it("is made once, for its owner's eyes only", async () => {
    const keys = await loadMasterKeys({ dataDirectory });
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect(await loadMasterKeys({ dataDirectory })).toEqual(keys);
    expect(await readdir(dataDirectory)).toEqual(["secret.key"]);
  });

  it("is one file although ten servers start at once", async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => loadMasterKeys({ dataDirectory })));
    expect(new Set(all.map((keys) => keys[0])).size).toBe(1);
    expect(await readdir(dataDirectory)).toEqual(["secret.key"]);
  });

  it("is not made when there is a SECRET_KEY", async () => {
    expect(await loadMasterKeys({ dataDirectory, SECRET_KEY: first })).toEqual([first]);
    expect(await readdir(dataDirectory)).toEqual([]);
  });

  it("may hold older keys below the current one", async () => {
    await loadMasterKeys({ dataDirectory });
    const old = (await readFile(file(), "utf8")).trim();
    await writeFile(file(), `# rotated\n${second}\n${old}\n`);
    expect(await loadMasterKeys({ dataDirectory })).toEqual([second, old]);
  });

  it("that is damaged is not replaced by a new one", async () => {
    await writeFile(file(), "short\n");
    await chmod(file(), 0o600);
    await expect(loadMasterKeys({ dataDirectory })).rejects.toThrow(/secret.key is damaged: restore it/);
    expect(await readFile(file(), "utf8")).toBe("short\n");
  });
});
