import type { setupStatus } from "@mindmesh/contracts/identity";
import type { z } from "zod";
import type { Database } from "../db/index.ts";
import type { Providers } from "./providers/configured-providers.ts";
import { instance, people } from "./schema.ts";

/** What the page must know before anybody is signed in. */
export async function readSetup(
  db: Database,
  providers: Providers,
  canSendEmail: boolean,
): Promise<z.input<typeof setupStatus>> {
  return db.system(async (tx) => {
    const [settings] = await tx.select().from(instance);
    const anybody = await tx.select({ id: people.id }).from(people).limit(1);
    return {
      needsSetup: anybody.length === 0,
      signUpOpen: settings?.signUpOpen ?? false,
      canSendEmail,
      providers: [...providers.values()].map(({ id, name }) => ({ id, name })),
    };
  });
}
