/**
 * What a field of a syntax tree holds: `value` is a word or number of its own, `node` a node that says its type, `nodes` a list
 * of such, and any other word the type of a node that does not say it.
 */
export type FieldShape = string;

const at = { location: "value" };
const join = (...shapes: Record<string, FieldShape>[]) => Object.assign({}, ...shapes) as Record<string, FieldShape>;

const literals = {
  Integer: { ival: "value" },
  Float: { fval: "value" },
  Boolean: { boolval: "value" },
  String: { sval: "value" },
  BitString: { bsval: "value" },
  List: { items: "nodes" },
  A_Const: join(at, {
    ival: "Integer",
    fval: "Float",
    boolval: "Boolean",
    sval: "String",
    bsval: "BitString",
    isnull: "value",
  }),
};

const expressions = {
  ColumnRef: join(at, { fields: "nodes" }),
  ParamRef: join(at, { number: "value" }),
  A_Star: {},
  A_Expr: join(at, {
    kind: "value",
    name: "nodes",
    lexpr: "node",
    rexpr: "node",
    rexpr_list_start: "value",
    rexpr_list_end: "value",
  }),
  A_Indices: { is_slice: "value", lidx: "node", uidx: "node" },
  A_Indirection: { arg: "node", indirection: "nodes" },
  A_ArrayExpr: join(at, { elements: "nodes", list_start: "value", list_end: "value" }),
  BoolExpr: join(at, { boolop: "value", args: "nodes" }),
  BooleanTest: join(at, { arg: "node", booltesttype: "value" }),
  CaseExpr: join(at, { arg: "node", args: "nodes", defresult: "node" }),
  CaseWhen: join(at, { expr: "node", result: "node" }),
  CoalesceExpr: join(at, { args: "nodes" }),
  CollateClause: join(at, { arg: "node", collname: "nodes" }),
  FuncCall: join(at, {
    funcname: "nodes",
    args: "nodes",
    agg_order: "nodes",
    agg_filter: "node",
    over: "WindowDef",
    agg_within_group: "value",
    agg_star: "value",
    agg_distinct: "value",
    func_variadic: "value",
    funcformat: "value",
  }),
  GroupingFunc: join(at, { args: "nodes" }),
  GroupingSet: join(at, { kind: "value", content: "nodes" }),
  MinMaxExpr: join(at, { op: "value", args: "nodes" }),
  NamedArgExpr: join(at, { arg: "node", name: "value", argnumber: "value" }),
  NullTest: join(at, { arg: "node", nulltesttype: "value" }),
  RowExpr: join(at, { args: "nodes", row_format: "value" }),
  SortBy: join(at, { node: "node", sortby_dir: "value", sortby_nulls: "value", useOp: "nodes" }),
  SQLValueFunction: join(at, { op: "value", typmod: "value" }),
  SubLink: join(at, {
    subLinkType: "value",
    subLinkId: "value",
    testexpr: "node",
    operName: "nodes",
    subselect: "node",
  }),
  TypeCast: join(at, { arg: "node", typeName: "TypeName" }),
  TypeName: join(at, {
    names: "nodes",
    setof: "value",
    pct_type: "value",
    typmods: "nodes",
    typemod: "value",
    arrayBounds: "nodes",
  }),
  WindowDef: join(at, {
    name: "value",
    refname: "value",
    partitionClause: "nodes",
    orderClause: "nodes",
    frameOptions: "value",
    startOffset: "node",
    endOffset: "node",
  }),
  XmlExpr: join(at, {
    op: "value",
    name: "value",
    named_args: "nodes",
    args: "nodes",
    xmloption: "value",
    indent: "value",
  }),
  XmlSerialize: join(at, { xmloption: "value", expr: "node", typeName: "TypeName", indent: "value" }),
};

const json = {
  JsonAggConstructor: join(at, { output: "JsonOutput", agg_filter: "node", agg_order: "nodes", over: "WindowDef" }),
  JsonArgument: { val: "JsonValueExpr", name: "value" },
  JsonArrayAgg: { constructor: "JsonAggConstructor", arg: "JsonValueExpr", absent_on_null: "value" },
  JsonArrayConstructor: join(at, { exprs: "nodes", output: "JsonOutput", absent_on_null: "value" }),
  JsonArrayQueryConstructor: join(at, {
    query: "node",
    output: "JsonOutput",
    format: "JsonFormat",
    absent_on_null: "value",
  }),
  JsonBehavior: join(at, { btype: "value", expr: "node", coerce: "value" }),
  JsonFormat: join(at, { format_type: "value", encoding: "value" }),
  JsonFuncExpr: join(at, {
    op: "value",
    column_name: "value",
    context_item: "JsonValueExpr",
    pathspec: "node",
    passing: "nodes",
    output: "JsonOutput",
    on_empty: "JsonBehavior",
    on_error: "JsonBehavior",
    wrapper: "value",
    quotes: "value",
  }),
  JsonIsPredicate: join(at, { expr: "node", format: "JsonFormat", item_type: "value", unique_keys: "value" }),
  JsonKeyValue: { key: "node", value: "JsonValueExpr" },
  JsonObjectAgg: { constructor: "JsonAggConstructor", arg: "JsonKeyValue", absent_on_null: "value", unique: "value" },
  JsonObjectConstructor: join(at, { exprs: "nodes", output: "JsonOutput", absent_on_null: "value", unique: "value" }),
  JsonOutput: { typeName: "TypeName", returning: "JsonReturning" },
  JsonParseExpr: join(at, { expr: "JsonValueExpr", output: "JsonOutput", unique_keys: "value" }),
  JsonReturning: { format: "JsonFormat", typid: "value", typmod: "value" },
  JsonScalarExpr: join(at, { expr: "node", output: "JsonOutput" }),
  JsonSerializeExpr: join(at, { expr: "JsonValueExpr", output: "JsonOutput" }),
  JsonTable: join(at, {
    context_item: "JsonValueExpr",
    pathspec: "JsonTablePathSpec",
    passing: "nodes",
    columns: "nodes",
    on_error: "JsonBehavior",
    alias: "Alias",
    lateral: "value",
  }),
  JsonTableColumn: join(at, {
    coltype: "value",
    name: "value",
    typeName: "TypeName",
    pathspec: "JsonTablePathSpec",
    format: "JsonFormat",
    wrapper: "value",
    quotes: "value",
    columns: "nodes",
    on_empty: "JsonBehavior",
    on_error: "JsonBehavior",
  }),
  JsonTablePathSpec: join(at, { string: "node", name: "value", name_location: "value" }),
  JsonValueExpr: { raw_expr: "node", formatted_expr: "node", format: "JsonFormat" },
};

const sources = {
  Alias: { aliasname: "value", colnames: "nodes" },
  ColumnDef: join(at, { colname: "value", typeName: "TypeName", is_local: "value", collClause: "CollateClause" }),
  JoinExpr: {
    jointype: "value",
    isNatural: "value",
    larg: "node",
    rarg: "node",
    usingClause: "nodes",
    join_using_alias: "Alias",
    quals: "node",
    alias: "Alias",
    rtindex: "value",
  },
  RangeFunction: {
    lateral: "value",
    ordinality: "value",
    is_rowsfrom: "value",
    functions: "nodes",
    alias: "Alias",
    coldeflist: "nodes",
  },
  RangeSubselect: { lateral: "value", subquery: "node", alias: "Alias" },
  RangeTableFunc: join(at, {
    lateral: "value",
    docexpr: "node",
    rowexpr: "node",
    namespaces: "nodes",
    columns: "nodes",
    alias: "Alias",
  }),
  RangeTableFuncCol: join(at, {
    colname: "value",
    typeName: "TypeName",
    for_ordinality: "value",
    is_not_null: "value",
    colexpr: "node",
    coldefexpr: "node",
  }),
  RangeTableSample: join(at, { relation: "node", method: "nodes", args: "nodes", repeatable: "node" }),
  RangeVar: join(at, {
    catalogname: "value",
    schemaname: "value",
    relname: "value",
    inh: "value",
    relpersistence: "value",
    alias: "Alias",
  }),
};

const queries = {
  CommonTableExpr: join(at, {
    ctename: "value",
    aliascolnames: "nodes",
    ctematerialized: "value",
    ctequery: "node",
    search_clause: "CTESearchClause",
    cycle_clause: "CTECycleClause",
  }),
  CTECycleClause: join(at, {
    cycle_col_list: "nodes",
    cycle_mark_column: "value",
    cycle_mark_value: "node",
    cycle_mark_default: "node",
    cycle_path_column: "value",
  }),
  CTESearchClause: join(at, { search_col_list: "nodes", search_breadth_first: "value", search_seq_column: "value" }),
  ResTarget: join(at, { name: "value", indirection: "nodes", val: "node" }),
  SelectStmt: {
    distinctClause: "nodes",
    targetList: "nodes",
    fromClause: "nodes",
    whereClause: "node",
    groupClause: "nodes",
    groupDistinct: "value",
    havingClause: "node",
    windowClause: "nodes",
    valuesLists: "nodes",
    sortClause: "nodes",
    limitOffset: "node",
    limitCount: "node",
    limitOption: "value",
    withClause: "WithClause",
    op: "value",
    all: "value",
    larg: "SelectStmt",
    rarg: "SelectStmt",
  },
  WithClause: join(at, { ctes: "nodes", recursive: "value" }),
};

const changes = {
  DeleteStmt: {
    relation: "RangeVar",
    usingClause: "nodes",
    whereClause: "node",
    returningClause: "ReturningClause",
    withClause: "WithClause",
  },
  IndexElem: {
    name: "value",
    expr: "node",
    collation: "nodes",
    opclass: "nodes",
    ordering: "value",
    nulls_ordering: "value",
  },
  InferClause: join(at, { indexElems: "nodes", whereClause: "node", conname: "value" }),
  InsertStmt: {
    relation: "RangeVar",
    cols: "nodes",
    selectStmt: "node",
    onConflictClause: "OnConflictClause",
    returningClause: "ReturningClause",
    withClause: "WithClause",
    override: "value",
  },
  MergeStmt: {
    relation: "RangeVar",
    sourceRelation: "node",
    joinCondition: "node",
    mergeWhenClauses: "nodes",
    returningClause: "ReturningClause",
    withClause: "WithClause",
  },
  MergeSupportFunc: join(at, { msftype: "value" }),
  MergeWhenClause: {
    matchKind: "value",
    commandType: "value",
    override: "value",
    condition: "node",
    targetList: "nodes",
    values: "nodes",
  },
  MultiAssignRef: { source: "node", colno: "value", ncolumns: "value" },
  OnConflictClause: join(at, { action: "value", infer: "InferClause", targetList: "nodes", whereClause: "node" }),
  ReturningClause: { options: "nodes", exprs: "nodes" },
  ReturningOption: join(at, { option: "value", value: "value" }),
  SetToDefault: at,
  UpdateStmt: {
    relation: "RangeVar",
    targetList: "nodes",
    whereClause: "node",
    fromClause: "nodes",
    returningClause: "ReturningClause",
    withClause: "WithClause",
  },
};

const mapOf = (...groups: Record<string, Record<string, FieldShape>>[]) =>
  new Map(
    groups.flatMap((group) => Object.entries(group)).map(([type, fields]) => [type, new Map(Object.entries(fields))]),
  );

/**
 * The nodes of PostgreSQL 18's raw syntax tree that a reading statement may be made of, each with the fields that it may have:
 * what does not stand here is refused, also what a later PostgreSQL adds. `SELECT … INTO` and row locks are fields that are
 * left out. The names are those of `src/include/nodes/parsenodes.h` and `primnodes.h`.
 */
export const readingNodes: ReadonlyMap<string, ReadonlyMap<string, FieldShape>> = mapOf(
  literals,
  expressions,
  json,
  sources,
  queries,
);

/** The same with what a statement that writes rows may be made of. */
export const writingNodes: ReadonlyMap<string, ReadonlyMap<string, FieldShape>> = mapOf(
  literals,
  expressions,
  json,
  sources,
  queries,
  changes,
);
