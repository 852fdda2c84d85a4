import type { Catalog, CatalogColumn, CatalogTable, InferredKey } from "@mindmesh/contracts/query/catalog";
import type { Consents } from "@mindmesh/contracts/query/connections";

/**
 * What of a catalogue may go to a model under the consents of its connection; null when not even names may. Everything that is sent
 * to a model about a database passes through here. The catalogue given is the visible one (`readCatalog`): what is hidden is gone
 * already. Without `statistics` no figure that was counted in the rows stays, without `samples` no value that was read from them.
 */
export function catalogForModel(catalog: Catalog, consents: Consents): Catalog | null {
  if (!consents.names) return null;
  if (consents.statistics && consents.samples) return catalog;
  return { ...catalog, tables: catalog.tables.map((table) => tableForModel(table, consents)) };
}

function tableForModel(table: CatalogTable, consents: Consents): CatalogTable {
  const columns = table.columns.map((column) => columnForModel(column, consents));
  if (consents.statistics) return { ...table, columns };
  return {
    ...table,
    columns,
    rowEstimate: null,
    bytes: null,
    sequentialScans: null,
    analyzedAt: null,
    indexes: table.indexes.map((index) => ({ ...index, bytes: null, scans: null })),
  };
}

function columnForModel(column: CatalogColumn, { statistics, samples }: Consents): CatalogColumn {
  if (column.statistics === null) return column;
  const { nullShare, distinct, averageBytes, minimum, maximum, common } = column.statistics;
  if (!statistics && !samples) return { ...column, statistics: null };
  return {
    ...column,
    statistics: {
      nullShare: statistics ? nullShare : null,
      distinct: statistics ? distinct : null,
      averageBytes: statistics ? averageBytes : null,
      minimum: samples ? minimum : null,
      maximum: samples ? maximum : null,
      common: samples ? common.map(({ value, share }) => ({ value, share: statistics ? share : null })) : [],
    },
  };
}

/** Inferred keys as a model may see them: their evidence counts values, so it needs the consent for statistics. */
export function inferredKeysForModel(keys: readonly InferredKey[], consents: Consents): InferredKey[] {
  if (!consents.names) return [];
  const usable = keys.filter(({ decision }) => decision !== "rejected");
  return consents.statistics
    ? usable
    : usable.map((key) => ({ ...key, evidence: [], confidence: key.decision === "confirmed" ? 1 : 0.5 }));
}
