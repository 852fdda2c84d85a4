const day = 24 * 60 * 60 * 1000;

/**
 * The group of the sidebar that a moment (ISO 8601) belongs to, by the calendar of the reader: "Today", "Yesterday",
 * "Last 7 days", "Last 30 days", then months such as "March 2026".
 */
export function periodOf(moment: string, now = new Date()) {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  const time = Date.parse(moment);
  if (time >= midnight) return "Today";
  if (time >= midnight - day) return "Yesterday";
  if (time >= midnight - 7 * day) return "Last 7 days";
  if (time >= midnight - 30 * day) return "Last 30 days";
  return new Date(time).toLocaleDateString("en", { month: "long", year: "numeric" });
}
