export { type VectorItem, clearVectors, mostVectors, putVectors, removeVectors } from "./change-vectors.ts";
export { type Neighbour, type VectorIndex, type VectorQuestion, openVectorIndex } from "./vector-index.ts";
