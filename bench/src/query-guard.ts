import { checkStatement } from "@mindmesh/query/guard";
import type { EngineKind } from "@mindmesh/contracts/query/engine";
import { loadModule, parseSync } from "libpg-query";
import { percentile, spread } from "./figures.ts";

/** A report as an analyst writes it, of about 1 kB. */
const report = `
-- Revenue by month and country, with the share of the whole and the change against the month before
with paid as (
  select o.id, o.customer_id, o.total, date_trunc('month', o.ordered_at) as month
  from shop.orders o
  where o.status in ('paid', 'sent') and o.ordered_at >= date '2026-01-01' and o.total > 0
), by_country as (
  select p.month, coalesce(c.country, 'unknown') as country, sum(p.total) as revenue, count(distinct p.customer_id) as buyers
  from paid p left join shop.customers c on c.id = p.customer_id
  where not exists (select 1 from shop.payments r where r.order_id = p.id and r.amount < 0)
  group by p.month, coalesce(c.country, 'unknown')
)
select b.month, b.country, round(b.revenue, 2) as revenue, b.buyers,
  round(100.0 * b.revenue / nullif(sum(b.revenue) over (partition by b.month), 0), 1) as share,
  b.revenue - lag(b.revenue) over (partition by b.country order by b.month) as difference,
  case when rank() over (partition by b.month order by b.revenue desc) <= 3 then 'top' else 'other' end as place
from by_country b
order by b.month, b.revenue desc
limit 500`;

const portable = `
-- Revenue by city, with the share of the whole
with paid as (
  select o.id, o.customer_id, o.total, o.status from orders o where o.status in ('paid', 'sent') and o.total > 0
), by_city as (
  select coalesce(c.city, 'unknown') as city, sum(p.total) as revenue, count(distinct p.customer_id) as buyers, min(p.total) as least
  from paid p left join customers c on c.id = p.customer_id
  where not exists (select 1 from payments r where r.order_id = p.id and r.amount < 0)
  group by coalesce(c.city, 'unknown')
)
select b.city, round(b.revenue, 2) as revenue, b.buyers, b.least,
  round(100.0 * b.revenue / nullif(sum(b.revenue) over (partition by b.buyers), 0), 1) as share,
  b.revenue - lag(b.revenue) over (partition by b.buyers order by b.city) as difference,
  case when rank() over (order by b.revenue desc) <= 3 then 'top' else 'other' end as place, upper(b.city) as capitals,
  concat('City of ', b.city) as title, length(b.city) as letters, abs(b.least) as positive
from by_city b
where b.revenue between 1 and 1000000 or b.city like 'A%'
order by b.revenue desc`;

const rounds = 3000;

/** What the guard costs for a statement of about 1 kB, beside PostgreSQL's parser alone in the same run. */
export async function queryGuard(): Promise<void> {
  await loadModule();
  const tables = Array.from({ length: 1000 }, (_, index) => ({
    schema: "shop",
    name: index === 999 ? "orders" : `table_${index}`,
    columns: ["id", "customer_id", "total", "status", "ordered_at"],
  }));
  const hidden = [{ schema: "shop", table: "customers", column: "email" }];
  const customers = { schema: "shop", name: "customers", columns: ["id", "country", "city"] };
  const knowledge = (engine: EngineKind, hides: boolean) => ({
    engine,
    hidden: hides ? hidden : [],
    searchPath: ["shop"],
    tables: [...tables, customers],
  });

  const parser: number[] = [];
  const guard: number[] = [];
  const guardWithHidden: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    parser.push(timed(() => parseSync(report)));
    guard.push(await timedCheck(report, knowledge("postgres", false)));
    guardWithHidden.push(await timedCheck(report, knowledge("postgres", true)));
  }
  console.log(`PostgreSQL, ${report.length} characters, 1,001 tables known:`);
  console.log(`  the parser alone      ${spread(parser)}`);
  console.log(`  the guard             ${spread(guard)}`);
  console.log(`  with a hidden column  ${spread(guardWithHidden)}`);
  console.log(`  the guard beside the parser: ${(percentile(guard, 0.5) / percentile(parser, 0.5)).toFixed(2)} times`);
  for (const engine of ["mysql", "mssql", "sqlite", "duckdb"] as const) {
    const samples: number[] = [];
    for (let round = 0; round < rounds; round += 1) samples.push(await timedCheck(portable, knowledge(engine, true)));
    console.log(`${engine}, ${portable.length} characters, by words: ${spread(samples)}`);
  }
  await longest(knowledge("postgres", false));
}

/** The worst texts that are parsed in the main thread, and a long one that is not. */
async function longest(knowledge: Parameters<typeof checkStatement>[1]): Promise<void> {
  const texts = {
    "8,000 characters of +1": `select 1${"+1".repeat(3990)}`,
    "8,000 characters of values": `select 1 where 1 in (1${",1".repeat(3980)})`,
    "1,000,000 characters of values, in a thread": `select 1 where 1 in (1${",1".repeat(499_900)})`,
  };
  for (const [name, text] of Object.entries(texts)) {
    const samples: number[] = [];
    for (let round = 0; round < 5; round += 1) samples.push(await timedCheck(text, knowledge));
    console.log(`${name}: ${spread(samples)}`);
  }
}

function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

async function timedCheck(...of: [string, Parameters<typeof checkStatement>[1]]): Promise<number> {
  const start = performance.now();
  await checkStatement(...of, "read");
  return performance.now() - start;
}
