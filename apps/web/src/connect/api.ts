import { createClient } from "@mindmesh/client";
import { connectedProgramRoutes, oauthRoutes } from "@mindmesh/contracts/oauth";
import { clientOptions } from "../live/client-options.ts";

const { readProgramRequest, decideProgramRequest } = oauthRoutes;

export const connectApi = createClient({ readProgramRequest, decideProgramRequest }, clientOptions);
export const programsApi = createClient(connectedProgramRoutes, clientOptions);
