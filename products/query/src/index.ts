import type { Product } from "@mindmesh/kernel/product";
import { queryPersonData } from "./person-data.ts";
import { queryRoutesOn } from "./routes.ts";

export const queryMigrations = { schema: "query", folder: new URL("../migrations/", import.meta.url) };

/** Query: databases understood, asked in words or SQL, and never broken by accident. */
export const query: Product = {
  name: "query",
  migrations: queryMigrations,
  start(app, kernel) {
    queryRoutesOn(app, kernel);
    return {
      personData: queryPersonData,
      drain: async () => {},
    };
  },
};
