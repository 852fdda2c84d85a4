import { AppError } from "../errors/index.ts";
import type { Failure, FailureKind } from "./explain-failure.ts";

/**
 * A model call that did not end well. `interrupted` tells the two cases apart: false, nothing of the answer had
 * arrived; true, the parts that were given out are the beginning of an answer that was cut.
 */
export class ModelFailed extends AppError {
  readonly kind: FailureKind;
  readonly interrupted: boolean;
  /** Whether the same call may succeed shortly. */
  readonly isTransient: boolean;

  constructor(failure: Failure, interrupted: boolean, cause?: unknown) {
    super("model_failed", {
      message: failure.message,
      ...(failure.retryAfterSeconds !== null && { retryAfterSeconds: failure.retryAfterSeconds }),
      cause,
    });
    this.kind = failure.kind;
    this.interrupted = interrupted;
    this.isTransient = failure.isTransient;
  }
}
