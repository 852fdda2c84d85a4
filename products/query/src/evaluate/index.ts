export {
  type EvaluatedQuestion,
  type EvaluationFigures,
  evaluateQuestions,
  evaluationFigures,
} from "./evaluate-questions.ts";
export { findConnectionByName } from "./find-connection-by-name.ts";
export { type QuestionSet, questionSet } from "./question-set.ts";
export type { AskDependencies } from "../ask/ask-question.ts";
