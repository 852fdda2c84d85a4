/** The migrated database that every test database is a copy of. */
export const templateName = "mindmesh_template";
