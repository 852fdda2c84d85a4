import type { PersonData } from "../person-data/index.ts";
import { listPrograms } from "./grants.ts";

/** The programs that a person has connected; they refer to the membership and go with it. */
export const programPersonData: PersonData = {
  name: "programs",
  async *exportPerson(db, personId) {
    for (const value of await listPrograms(db, personId)) yield { kind: "connectedPrograms", value };
  },
  async forgetPerson() {},
  async forgetWorkspace() {},
};
