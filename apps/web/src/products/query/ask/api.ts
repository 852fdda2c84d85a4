import { createClient } from "@mindmesh/client";
import { askRoutes } from "@mindmesh/contracts/query/ask";
import { explainRoutes } from "@mindmesh/contracts/query/explain";
import { glossaryRoutes } from "@mindmesh/contracts/query/glossary";
import { optimiseRoutes } from "@mindmesh/contracts/query/optimise";
import { clientOptions } from "../../../live/client-options.ts";

export const askApi = createClient(askRoutes, clientOptions);
export const explainApi = createClient(explainRoutes, clientOptions);
export const glossaryApi = createClient(glossaryRoutes, clientOptions);
export const optimiseApi = createClient(optimiseRoutes, clientOptions);
