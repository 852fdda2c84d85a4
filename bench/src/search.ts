/** Search as one types, over 200,000 messages of one person, against a bare indexed query in the same run. */
import { percentile, spread } from "./figures.ts";
import { startBenchServer } from "./running-server.ts";

const messageCount = 200_000;
const perConversation = 100;

/** Prints the figures. */
export async function search(): Promise<void> {
  const server = await startBenchServer("native");
  const [person] = await server.people(1);
  if (!person) throw new Error("nobody");
  const seeded = performance.now();
  await seed(server.database, person.workspaceId, person.personId);
  console.log(
    `seeded ${messageCount.toLocaleString("en")} messages in ${((performance.now() - seeded) / 1000).toFixed(0)} s`,
  );

  // Rare and common words, beginnings of words, several words: what a person types, letter by letter.
  const typed = [
    "w12",
    "w123",
    "w1234",
    "w12345",
    "w7",
    "w77 w9",
    "w3 w4 w5",
    "common",
    "comm",
    "co",
    "c",
    "common w42",
    "nothinglikeit",
  ];
  const times: number[] = [];
  for (let round = 0; round < 30; round += 1) {
    for (const q of typed) {
      const started = performance.now();
      const url = `${server.url}/api/workspaces/${person.workspaceId}/chat/search?q=${encodeURIComponent(q)}`;
      const response = await fetch(url, { headers: person.headers });
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
      await response.arrayBuffer();
      if (round > 0) times.push(performance.now() - started);
    }
  }
  const bare: number[] = [];
  for (let n = 0; n < 300; n += 1) {
    const started = performance.now();
    await server.database.query("SELECT id FROM chat.messages WHERE workspace_id = $1 ORDER BY id LIMIT 20", [
      person.workspaceId,
    ]);
    bare.push(performance.now() - started);
  }
  console.log(`search over HTTP                ${spread(times)}`);
  console.log(
    `bare indexed query of 20 rows   ${spread(bare)}; search p95 is ${(percentile(times, 0.95) / percentile(bare, 0.95)).toFixed(1)} times that\ntarget: p95 < 100 ms`,
  );
  await server.close();
}

async function seed(database: import("pg").Pool, workspaceId: string, personId: string): Promise<void> {
  const [index] = (
    await database.query<{ indexdef: string }>("SELECT indexdef FROM pg_indexes WHERE indexname = 'messages_words'")
  ).rows;
  await database.query("DROP INDEX chat.messages_words");
  await database.query(
    `INSERT INTO chat.conversations (workspace_id, id, owner_id, title)
     SELECT $1, md5('c' || n)::uuid, $2, 'Conversation w' || n FROM generate_series(0, $3::int - 1) n`,
    [workspaceId, personId, messageCount / perConversation],
  );
  // 60 words each, of 50,000 with a falling frequency (the square of a uniform number), and one that every message has.
  await database.query(
    `INSERT INTO chat.messages (workspace_id, id, conversation_id, role, text, status, created_at)
     SELECT $1, md5('m' || n)::uuid, md5('c' || n / $2::int)::uuid, CASE n % 2 WHEN 0 THEN 'user' ELSE 'assistant' END,
       'common ' || (SELECT string_agg('w' || floor(50000 * power(random(), 2))::int, ' ') FROM generate_series(1, 60) WHERE n >= 0),
       'complete', now() - n * interval '1 minute'
     FROM generate_series(0, $3::int - 1) n`,
    [workspaceId, perConversation, messageCount],
  );
  // Built at once rather than row by row: only the time of the seeding changes.
  await database.query(index?.indexdef ?? "");
  await database.query("ANALYZE chat.messages, chat.conversations");
}
