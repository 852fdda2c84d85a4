/* oxlint-disable vitest/no-conditional-tests, vitest/no-disabled-tests, vitest/valid-describe-callback, vitest/valid-title */
// This file is where suites are defined by condition, so that no test file has to.
import { describe, expect, inject, it } from "vitest";

const services = {
  redis: { key: "redisUrl", need: "redis-server on the PATH" },
  mariaDb: { key: "mariaDbUrl", need: "MariaDB (mariadbd, mariadb-install-db) on this machine" },
  nativePostgres: { key: "nativePostgresUrl", need: "PostgreSQL installed on this machine" },
  hypopg: { key: "hypopgUrl", need: "HypoPG (postgresql-15-hypopg) beside PostgreSQL on this machine" },
  chromium: { key: "chromiumPath", need: "Chromium or Chrome installed on this machine" },
} as const;

/**
 * `skipUnless("redis")("title", () => {...})` is `describe` where the service is there. Elsewhere the suite is skipped
 * and its title says what is missing; with CI set it fails, so that nothing is ever left out unseen there.
 */
export function skipUnless(service: keyof typeof services): (title: string, body: () => void) => void {
  const { key, need } = services[service];
  return (title, body) => {
    if (inject(key) !== null) {
      describe(title, body);
    } else if (process.env["CI"]) {
      describe(title, () => it(`has ${need}`, () => expect.unreachable(`CI must have ${need}`)));
    } else {
      describe.skip(`${title} (skipped: needs ${need})`, body);
    }
  };
}
