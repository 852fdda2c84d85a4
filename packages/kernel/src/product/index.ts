export type { Kernel, Product, RunningProduct } from "./product.ts";
