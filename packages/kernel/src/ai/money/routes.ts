import { moneyRoutes } from "@mindmesh/contracts/money";
import type { FastifyInstance } from "fastify";
import { actorOf } from "../../audit/index.ts";
import { implement } from "../../http/index.ts";
import { priceTable } from "../price.ts";
import { addBudget, changeBudget, deleteBudget } from "./change-budgets.ts";
import { type MoneyDependencies, deletePrice, listPrices, setPrice } from "./change-prices.ts";
import { listBudgets } from "./list-budgets.ts";
import { usageCsv } from "./usage-csv.ts";
import { readUsage } from "./usage-report.ts";

/** Registers prices, budgets and usage. */
export function moneyRoutesOn(app: FastifyInstance, money: MoneyDependencies): void {
  const { db } = money;
  implement(app, moneyRoutes, {
    listPrices: async ({ caller }) => ({ items: await listPrices(db, caller), priceTable }),
    addPrice: ({ caller, body, request }) => setPrice(money, caller, actorOf(request), body),
    changePrice: ({ caller, params, body, request }) => setPrice(money, caller, actorOf(request), body, params.priceId),
    deletePrice: ({ caller, params, request }) => deletePrice(money, caller, actorOf(request), params.priceId),
    listBudgets: async ({ caller }) => ({ items: await listBudgets(db, caller) }),
    addBudget: ({ caller, body, request }) => addBudget(money, caller, actorOf(request), body),
    changeBudget: ({ caller, params, body, request }) =>
      changeBudget(money, caller, actorOf(request), params.budgetId, body),
    deleteBudget: ({ caller, params, request }) => deleteBudget(money, caller, actorOf(request), params.budgetId),
    readUsage: ({ caller, query }) => readUsage(db, caller, query),
    downloadUsage: ({ caller, query, reply }) => {
      const { name, content } = usageCsv(db, caller, query);
      void reply.header("content-type", "text/csv; charset=utf-8");
      void reply.header("content-disposition", `attachment; filename="${name}"`);
      return content;
    },
  });
}
