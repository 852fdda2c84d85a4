import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform } from "fastify-type-provider-zod";

/** `GET /api/openapi.json` and the browsable reference at `/api/docs`, both derived from the contracts. */
export async function serveOpenApi(app: FastifyInstance, publicUrl: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Mindmesh",
        version: "1",
        description:
          "Every answer that is not a success has the body `{ error: { code, message, fields?, retryAfterSeconds? } }`. " +
          "Send an API key as `Authorization: Bearer mm_…`.",
      },
      servers: [{ url: publicUrl }],
      components: { securitySchemes: { key: { type: "http", scheme: "bearer" } } },
      security: [{ key: [] }],
    },
    transform: jsonSchemaTransform,
  });
  await app.register(swaggerUi, {
    routePrefix: "/api/docs",
    staticCSP: false,
    theme: { title: "HTTP interface of Mindmesh" },
    // Without the bar that would fetch any other server's description: its parts want inline styles.
    uiConfig: { layout: "BaseLayout" },
  });
  app.get("/api/openapi.json", { schema: { hide: true } }, () => app.swagger());
}
