import { chat } from "@mindmesh/chat";
import type { Product } from "@mindmesh/kernel/product";

/** The products of this server. */
export const products: Product[] = [chat];
