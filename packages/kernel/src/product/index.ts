export type { Kernel, ModelGateway, ModelPart, Product, RunningProduct } from "./product.ts";
