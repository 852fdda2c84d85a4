/* oxlint-disable vitest/no-conditional-tests, vitest/no-disabled-tests, vitest/valid-describe-callback, vitest/valid-title */
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";

/** As `skipUnless` of the test support: skipped where a program is not installed, and a failure of CI without it. */
export function skipUnlessThere(needed: string[], title: string, body: () => void): void {
  const missing = needed.filter((file) => !existsSync(file));
  if (missing.length === 0) {
    describe(title, body);
  } else if (process.env["CI"]) {
    describe(title, () => it(`has ${missing.join(", ")}`, () => expect.unreachable("CI must have it")));
  } else {
    describe.skip(`${title} (skipped: needs ${missing.join(", ")})`, body);
  }
}
