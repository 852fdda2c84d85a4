import path from "node:path";

/** Where one embedded PostgreSQL keeps its things, all inside `home`. */
export type ClusterPaths = { home: string; data: string; passwordFile: string; logFile: string };

export function clusterPaths(home: string): ClusterPaths {
  return {
    home,
    data: path.join(home, "cluster"),
    passwordFile: path.join(home, "password"),
    logFile: path.join(home, "postgres.log"),
  };
}
