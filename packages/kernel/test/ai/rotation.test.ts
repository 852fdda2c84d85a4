import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, expect, it } from "vitest";
import { reencryptProviderKeys } from "../../src/ai/index.ts";
import { openSecrets, reencryptOnce } from "../../src/secrets/index.ts";
import { type GatewayFixture, collect, startGatewayFixture } from "./gateway-fixture.ts";

const oldKey = "the key of the server before the rotation";
const newKey = "the key of the server after the rotation!";

let fixture: GatewayFixture;
beforeAll(async () => {
  fixture = await startGatewayFixture({ secrets: openSecrets([oldKey]), settings: {} });
});
afterAll(() => fixture.close());

async function storeKey(apiKey: string): Promise<void> {
  const { workspaceId, userId } = fixture.tenant;
  const id = uuidv7();
  const envelope = openSecrets([oldKey]).encrypt(apiKey, `kernel.provider_keys ${workspaceId} ${id}`);
  await fixture.db.pool.query(
    `INSERT INTO kernel.provider_keys (workspace_id, id, person_id, kind, provider, label, base_url, envelope, last_four,
      test_result, test_message, tested_at, created_at, updated_at)
     VALUES ($1, $2, $3, 'compatible', 'mine', 'Mine', $4, $5, 'last', 'ok', '', now(), now(), now())`,
    [workspaceId, id, userId, `${fixture.models.url}/v1`, envelope],
  );
}

const ask = (masterKeys: [string, ...string[]]) => {
  const gateway = fixture.open({ secrets: openSecrets(masterKeys) });
  return collect(
    gateway.stream({
      ...fixture.tenant,
      product: "chat",
      model: "mine/some-model",
      messages: [{ role: "user", content: "Hello" }],
    }),
  );
};

it("keys of people survive a change of SECRET_KEY, and after encrypting them again the old one is not needed", async () => {
  fixture.models.requireKey("sk-of-a-person-0123456789");
  await storeKey("sk-of-a-person-0123456789");

  const withoutOld = await ask([newKey]);
  expect(withoutOld.error).toMatchObject({
    code: "model_failed",
    message: expect.stringMatching(/The key for Mine cannot be read. .*Start the server with the SECRET_KEY/),
  });
  expect((await ask([newKey, oldKey])).error).toBeNull();

  expect(await reencryptProviderKeys(fixture.db, openSecrets([newKey, oldKey]))).toBe(1);
  expect(await reencryptProviderKeys(fixture.db, openSecrets([newKey, oldKey]))).toBe(0);
  const { error, finish } = await ask([newKey]);
  expect(error).toBeNull();
  expect(finish).toMatchObject({ keySource: "person" });
});

it("looks through what is stored after a change of keys only, until nothing of an older one is left", async () => {
  const secrets = openSecrets([newKey]);
  const counts = [2, 0, 0];
  let looked = 0;
  const start = (keys: string[]) =>
    reencryptOnce(fixture.db, secrets, keys, [() => Promise.resolve(counts[looked++] ?? 0)]);
  await start([newKey, oldKey]);
  await start([newKey, oldKey]);
  expect(looked).toBe(2);
  await start([newKey, oldKey]);
  expect(looked).toBe(2);
  await start([newKey]);
  expect(looked).toBe(3);
  const failing = () => Promise.reject(new Error("a key is missing"));
  await expect(reencryptOnce(fixture.db, secrets, [oldKey], [failing])).rejects.toThrow("a key is missing");
  await start([oldKey]);
  expect(looked).toBe(4);
});
