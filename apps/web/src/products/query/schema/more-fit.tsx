/** That more was found than is listed. */
export const MoreFit = ({ count }: { count: number }) =>
  count > 0 ? (
    <p className="text-xs text-muted">{count.toLocaleString("en")} more fit. Type more of the name to find them.</p>
  ) : null;
