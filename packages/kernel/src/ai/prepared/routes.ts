import { preparedAnswerRoutes } from "@mindmesh/contracts/prepared-answers";
import type { FastifyInstance } from "fastify";
import { actorOf } from "../../audit/index.ts";
import { implement } from "../../http/index.ts";
import { askAgain, askForAnswers } from "./ask-for-answers.ts";
import { type PreparedDependencies, deleteAnswer, listAnswers, writeAnswer } from "./change-answers.ts";

/** Registers what an admin does with answers that are stored before they are asked for. */
export function preparedAnswerRoutesOn(app: FastifyInstance, prepared: PreparedDependencies): void {
  implement(app, preparedAnswerRoutes, {
    listPreparedAnswers: ({ caller, query }) => listAnswers(prepared, caller, query),
    addPreparedAnswer: ({ caller, body, request }) => writeAnswer(prepared, caller, actorOf(request), body),
    askForAnswers: ({ caller, body, request }) => askForAnswers(prepared, caller, actorOf(request), body),
    changePreparedAnswer: ({ caller, params, body, request }) =>
      writeAnswer(prepared, caller, actorOf(request), body, params.answerId),
    askAgain: ({ caller, params }) => askAgain(prepared, caller, params.answerId),
    deletePreparedAnswer: ({ caller, params, request }) =>
      deleteAnswer(prepared, caller, actorOf(request), params.answerId),
  });
}
