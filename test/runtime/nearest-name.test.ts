import { nearestName } from "../../runtime/nearest-name.ts";

test.each([
  ["incrr", ["get", "incr"], "incr"],
  ["icnr", ["get", "incr"], "incr"],
  ["GET", ["get", "set"], "get"],
  ["ge", ["get", "incr"], "get"],
  ["xyz", ["get", "incr"], undefined],
  ["a", ["b"], "b"],
  ["numCPUs", ["numCpus", "name"], "numCpus"],
  ["anything", [], undefined],
])("for %s of %j it is %s", (name, known, nearest) => {
  expect(nearestName(name, known)).toBe(nearest);
});
