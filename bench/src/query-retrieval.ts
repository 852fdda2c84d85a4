import type { Catalog, CatalogTable } from "@mindmesh/contracts/query/catalog";
import { retrieve } from "@mindmesh/query/retrieval";
import { column, table } from "@mindmesh/test-support";
import { spread } from "./figures.ts";

/** A table, its columns, a question in its own words and one in others. */
const asked: [table: string, columns: string, ownWords: string, otherWords: string][] = [
  [
    "employees",
    "first_name last_name hired_on manager_id salary",
    "salary of employees by manager",
    "who on our staff earns the most?",
  ],
  [
    "invoices",
    "number issued_on due_on total paid_on",
    "invoices past their due date",
    "which bills have people not settled yet?",
  ],
  [
    "shipments",
    "carrier tracking_code dispatched_at delivered_at",
    "shipments by carrier",
    "how long do parcels take to arrive?",
  ],
  ["suppliers", "name country rating", "suppliers by country", "which vendors do we buy from abroad?"],
  ["refunds", "order_id amount reason refunded_at", "refunds by reason", "how often do buyers get their money back?"],
  ["warehouses", "city capacity_pallets", "capacity of warehouses", "where do we have room to store goods?"],
  ["vehicles", "plate model mileage next_inspection", "mileage of vehicles", "which cars must go to the garage soon?"],
  ["absences", "person_id kind from_day to_day", "absences by kind", "who was ill most often this year?"],
  [
    "subscriptions",
    "plan started_on cancelled_on monthly_price",
    "subscriptions cancelled per plan",
    "how high is our churn?",
  ],
  [
    "campaigns",
    "channel budget impressions clicks",
    "clicks of campaigns by channel",
    "which advertising worked best?",
  ],
  ["tickets", "subject opened_at closed_at priority", "tickets by priority", "how quickly do we answer complaints?"],
  ["reviews", "stars body written_at", "stars of reviews", "are customers happy with what they bought?"],
  ["patients", "birth_date blood_group insurer", "patients by insurer", "how old are the people we treat?"],
  ["prescriptions", "drug dose prescribed_at", "prescriptions per drug", "what medicine is handed out most?"],
  [
    "appointments",
    "starts_at duration_minutes no_show",
    "appointments with no show",
    "how many people missed their visit?",
  ],
  [
    "flights",
    "origin destination departs_at delay_minutes",
    "flights by origin and delay",
    "which routes are rarely on time?",
  ],
  [
    "bookings",
    "room_id arrives_on leaves_on guests",
    "bookings by room and guests",
    "how full was the hotel in summer?",
  ],
  ["courses", "title credits lecturer", "courses by lecturer", "what can students learn here?"],
  ["grades", "student_id exam_id points", "grades per exam", "who failed the test?"],
  ["loans", "principal interest_rate matures_on", "loans by interest rate", "how much money have we lent?"],
  [
    "transfers",
    "from_account to_account booked_at sum",
    "transfers between accounts",
    "what was wired abroad yesterday?",
  ],
  ["policies", "holder premium covers_from covers_to", "premium of policies", "what do the insured pay each year?"],
  ["claims", "policy_id damage reported_at approved", "claims approved", "how many accidents did we pay for?"],
  ["machines", "serial installed_at hall", "machines per hall", "what equipment stands in the plant?"],
  ["outages", "machine_id started_at ended_at cause", "outages by cause", "why did production stop last week?"],
  ["scrap", "batch pieces defect", "scrap pieces by defect", "how much of what we make is thrown away?"],
  ["leads", "source contacted_at won", "leads won by source", "where do new prospects come from?"],
  [
    "articles",
    "headline author published_at views",
    "views of articles by author",
    "which stories were read the most?",
  ],
  ["donations", "donor amount given_at", "donations per donor", "who are our most generous supporters?"],
  [
    "meters",
    "address kind reading read_at",
    "reading of meters by address",
    "how much electricity does each house use?",
  ],
];

const things =
  "log batch setting audit queue import export mapping snapshot history template version label note flag rule group role session token archive cache index lock parameter".split(
    " ",
  );
const areas =
  "billing crm hr stock fleet web mobile legal tax payroll plant lab clinic school travel hotel bank media energy city farm port rail gym shop game post police church museum forum radio cinema theatre zoo park library court army".split(
    " ",
  );

const tableOf = (name: string, columns: string): CatalogTable => {
  const texts = ["id", ...columns.split(" ")].map((each) => column(each, { type: "text", kind: "text" }));
  return table(name, texts, { primaryKey: null });
};

/** How often the table that a question is about is among those that a model is told, in a schema of 1,000 tables. */
export async function queryRetrieval(): Promise<void> {
  const others = areas
    .flatMap((area) =>
      things.map((thing) => tableOf(`${area}_${thing}`, "name status amount created_at updated_at comment")),
    )
    .slice(0, 1000 - asked.length);
  const tables = [
    ...others.slice(0, 500),
    ...asked.map(([name, columns]) => tableOf(name, columns)),
    ...others.slice(500),
  ];
  const catalog = { tables } as Catalog;
  console.log(`${tables.length} tables, ${asked.length} questions of each kind, 40 tables told`);
  for (const [kind, at] of [
    ["in the schema's words", 2],
    ["in other words", 3],
  ] as const) {
    const milliseconds: number[] = [];
    const missed: string[] = [];
    let first = 0;
    for (const question of asked) {
      const begun = performance.now();
      const found = retrieve(question[at], { catalog, links: [], terms: [], examples: [], samples: false }).tables;
      milliseconds.push(performance.now() - begun);
      if (found[0]?.name === question[0]) first += 1;
      if (!found.some(({ name }) => name === question[0])) missed.push(question[0]);
    }
    console.log(`${kind}: ${asked.length - missed.length} found, ${first} first; ${spread(milliseconds)}`);
    if (missed.length > 0) console.log(`  missed: ${missed.join(", ")}`);
  }
}
