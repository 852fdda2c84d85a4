/** What a person chose when asked back stands in brackets behind the question: `average price (products.price)`. */
export function splitChoices(text: string): { question: string; choices: string[] } {
  const choices: string[] = [];
  let question = text.trim();
  for (
    let found = /^(.*\S)\s*\(([^()]{1,300})\)$/s.exec(question);
    found;
    found = /^(.*\S)\s*\(([^()]{1,300})\)$/s.exec(question)
  ) {
    question = found[1] ?? "";
    choices.unshift(found[2]?.trim() ?? "");
  }
  return { question, choices };
}
