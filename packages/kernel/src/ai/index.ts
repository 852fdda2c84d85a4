export { isWorthAnotherAttempt } from "./begin-answer.ts";
export { type ServerModelCheck, checkServerModels } from "./check-server-models.ts";
export { type KeySource } from "./connection.ts";
export { type Failure, type FailureKind } from "./explain-failure.ts";
export { ModelFailed } from "./failures.ts";
export {
  type GatewayDependencies,
  type ModelGateway,
  type ModelOffer,
  type ModelTenant,
  openGateway,
} from "./gateway.ts";
export { type EmbedRequest, type Embeddings } from "./embed.ts";
export { type GeneratedObject, type ObjectRequest } from "./generate-object.ts";
export { type ModelContent, type ResultImage, type ModelMessage } from "./messages.ts";
export { sweepLostCalls } from "./model-calls.ts";
export { modelJobs } from "./model-jobs.ts";
export { type ModelHelp, modelHelp } from "./model-help.ts";
export {
  type JsonSchema,
  type ModelPart,
  type ModelRequest,
  type ModelTool,
  type ReasoningEffort,
} from "./model-request.ts";
export { type AvailableModel, type ListProblem } from "./model-list.ts";
export { releaseDeadReservations } from "./money/lease-statements.ts";
export { moneyRoutesOn } from "./money/routes.ts";
export type { Demand } from "./money/demand.ts";
export type { PassTarget } from "./pass-through/pass-through.ts";
export { modelPersonData } from "./person-data.ts";
export { preparedAnswerJob } from "./prepared/ask-for-answers.ts";
export { preparedAnswerRoutesOn } from "./prepared/routes.ts";
export { type Price, type Usage } from "./price.ts";
export { reencryptProviderKeys } from "./provider-keys.ts";
export { type FinishReason } from "./read-answer.ts";
export { routingRoutesOn } from "./routing/routes.ts";
export { type SignedCall, type SignedReasoning, signedByGemini, thoughtSignatureOf } from "./signed-reasoning.ts";
export { type TimeLimits } from "./time-limits.ts";
export { type ModelRouteDependencies, modelRoutesOn } from "./routes.ts";
