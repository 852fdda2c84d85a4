import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { maxImportBytes } from "@mindmesh/contracts/chat";
import { readConfig } from "@mindmesh/kernel/config";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { z } from "zod";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const folder = join(root, "deploy/kubernetes");
const names = z.record(z.string(), z.string());

/** As much of a pod as must agree with the image, the server and the other objects. */
const pod = z.object({
  metadata: z.object({ labels: names }),
  spec: z.object({
    terminationGracePeriodSeconds: z.number(),
    securityContext: z.object({ runAsNonRoot: z.literal(true), runAsUser: z.number(), fsGroup: z.number() }),
    containers: z.tuple([
      z.object({
        image: z.literal("mindmesh"),
        env: z.array(z.object({ name: z.string(), value: z.string() })),
        envFrom: z.array(
          z.union([
            z.object({ configMapRef: z.object({ name: z.string() }) }),
            z.object({ secretRef: z.object({ name: z.string() }) }),
          ]),
        ),
        ports: z.tuple([z.object({ name: z.literal("http"), containerPort: z.number() })]),
        startupProbe: z.object({ httpGet: z.object({ path: z.literal("/ready"), port: z.literal("http") }) }),
        readinessProbe: z.object({ httpGet: z.object({ path: z.literal("/ready"), port: z.literal("http") }) }),
        livenessProbe: z.object({ httpGet: z.object({ path: z.literal("/health"), port: z.literal("http") }) }),
        resources: z.object({ requests: names, limits: names }),
        volumeMounts: z.tuple([z.object({ name: z.string(), mountPath: z.string() })]),
      }),
    ]),
    volumes: z.tuple([z.object({ name: z.string() })]),
  }),
});

const object = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ name: z.string() }).optional(),
  spec: z.unknown().optional(),
  data: z.unknown().optional(),
  stringData: z.unknown().optional(),
});
const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
const objects = files.flatMap((file) =>
  parseAllDocuments(readFileSync(join(folder, file), "utf8"), { strict: true, uniqueKeys: true }).map((document) => {
    const [error] = document.errors;
    if (error) throw new Error(`${file}: ${error.message}`);
    return { file, ...object.parse(document.toJS()) };
  }),
);
const one = (kind: string, name: string) => {
  const found = objects.find((each) => each.kind === kind && each.metadata?.name === name);
  if (!found) throw new Error(`there is no ${kind} ${name}`);
  return found;
};
const deployments = ["mindmesh-api", "mindmesh-worker"].map((name) => {
  const { spec } = one("Deployment", name);
  return z.object({ selector: z.object({ matchLabels: names }), template: pod }).parse(spec);
});
const image = readFileSync(join(root, "deploy/Containerfile"), "utf8");
const settings = {
  ...names.parse(one("ConfigMap", "mindmesh").data),
  ...names.parse(one("Secret", "mindmesh").stringData),
};

test("kustomization.yaml names every file that is to be applied, and the secret is not among them", () => {
  const { resources } = z
    .object({ resources: z.array(z.string()) })
    .parse(objects.find(({ kind }) => kind === "Kustomization"));
  const others = ["kustomization.yaml", "secret.example.yaml"];
  expect(resources.toSorted()).toEqual(files.filter((file) => !others.includes(file)).toSorted());
});

test("the pods set only what the server knows, and the server takes it", () => {
  const known = [...readFileSync(join(root, ".env.example"), "utf8").matchAll(/^([A-Z][A-Z0-9_]+)=/gm)];
  for (const { template } of deployments) {
    const [container] = template.spec.containers;
    const own = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
    const all = { ...settings, ...own };
    expect(Object.keys(all).filter((name) => !known.some(([, each]) => each === name))).toEqual([]);
    const filledIn = { SECRET_KEY: "x".repeat(64), METRICS_TOKEN: "x".repeat(32) };
    const access = { S3_ACCESS_KEY_ID: "key", S3_SECRET_ACCESS_KEY: "secret" };
    expect(readConfig({ ...all, ...filledIn, ...access })).toMatchObject({ ROLE: own["ROLE"], HOST: "127.0.0.1" });
  }
  expect(deployments.map(({ template }) => template.spec.containers[0].env[0]?.value)).toEqual(["api", "worker"]);
});

test("no secret stands in what is applied or in the example", () => {
  const secrets = Object.entries(settings).filter(([name]) => /KEY|TOKEN|PASSWORD/.test(name));
  expect(secrets.map(([, value]) => value)).toEqual(secrets.map(() => ""));
});

test("the pods fit the image: its user, its port, its folder for data", () => {
  const user = Number(/useradd --uid (\d+)/.exec(image)?.[1]);
  for (const { template } of deployments) {
    const { securityContext, containers, volumes, terminationGracePeriodSeconds } = template.spec;
    expect(securityContext).toMatchObject({ runAsUser: user, fsGroup: user });
    expect(containers[0].ports[0].containerPort).toBe(Number(/^EXPOSE (\d+)$/m.exec(image)?.[1]));
    expect(containers[0].volumeMounts[0].mountPath).toBe(/^VOLUME (\S+)$/m.exec(image)?.[1]);
    expect(containers[0].volumeMounts[0].name).toBe(volumes[0].name);
    // Running answers get ten seconds, and a balancer some time before that.
    expect(terminationGracePeriodSeconds).toBeGreaterThan(20);
  }
});

test("what selects pods by their labels finds them, and what names another object names one that is there", () => {
  for (const { selector, template } of deployments) {
    expect(template.metadata.labels).toMatchObject(selector.matchLabels);
    const [config, secret] = template.spec.containers[0].envFrom;
    expect([config, secret]).toEqual([{ configMapRef: { name: "mindmesh" } }, { secretRef: { name: "mindmesh" } }]);
  }
  const service = z.object({ selector: names }).parse(one("Service", "mindmesh-api").spec);
  expect(deployments[0]?.template.metadata.labels).toMatchObject(service.selector);
  const budget = z.object({ selector: z.object({ matchLabels: names }) });
  const { selector } = budget.parse(one("PodDisruptionBudget", "mindmesh-api").spec);
  expect(deployments[0]?.template.metadata.labels).toMatchObject(selector.matchLabels);
  const scaled = z.object({ scaleTargetRef: z.object({ kind: z.string(), name: z.string() }) });
  const { scaleTargetRef } = scaled.parse(one("HorizontalPodAutoscaler", "mindmesh-api").spec);
  expect(one(scaleTargetRef.kind, scaleTargetRef.name).kind).toBe("Deployment");
});

test("the ingress leads to the service, lets the largest import in, and answers to the public address", () => {
  const ingress = one("Ingress", "mindmesh");
  const { rules } = z
    .object({
      rules: z.tuple([
        z.object({
          host: z.string(),
          http: z.object({
            paths: z.tuple([z.object({ backend: z.object({ service: z.object({ name: z.string() }) }) })]),
          }),
        }),
      ]),
    })
    .parse(ingress.spec);
  expect(one("Service", rules[0].http.paths[0].backend.service.name).kind).toBe("Service");
  expect(settings["PUBLIC_URL"]).toBe(`https://${rules[0].host}`);
  const size = /proxy-body-size: (\d+)m/.exec(readFileSync(join(folder, "ingress.yaml"), "utf8"))?.[1];
  expect(Number(size) * 1024 ** 2).toBeGreaterThan(maxImportBytes);
});
