/** The provider answered with an HTTP error; the body is its own, at most a few MiB. */
export class ProviderRefused extends Error {
  override readonly name = "ProviderRefused";
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;

  constructor(status: number, body: string, headers: Headers) {
    super(`HTTP ${status}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** What came is not what the protocol says; the message completes "The provider ...". */
export class BadAnswer extends Error {
  override readonly name = "BadAnswer";
}

/** The stream ended without saying why: it was cut. */
export class EndedEarly extends Error {
  override readonly name = "EndedEarly";
}

/** An error that the provider sent inside a stream that had begun well. */
export class ErrorInStream extends Error {
  override readonly name = "ErrorInStream";
  readonly value: unknown;

  constructor(value: unknown) {
    super("error in the stream");
    this.value = value;
  }
}

/** The provider let us wait longer than the limit. */
export class TookTooLong extends Error {
  override readonly name = "TookTooLong";
  readonly seconds: number;
  /** What was waited for: the first part, the next one, or an answer in one piece. */
  readonly phase: "first" | "next" | "whole";

  constructor(phase: TookTooLong["phase"], milliseconds: number) {
    super(`nothing came for ${milliseconds} ms`);
    this.phase = phase;
    this.seconds = Math.round(milliseconds / 1000);
  }
}
