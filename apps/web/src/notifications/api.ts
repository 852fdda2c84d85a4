import { createClient } from "@mindmesh/client";
import { notificationRoutes } from "@mindmesh/contracts/notifications";
import { clientOptions } from "../live/client-options.ts";

export const notificationsApi = createClient(notificationRoutes, clientOptions);
