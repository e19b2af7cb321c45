// A page whose figures stand in it: only the clock in its head and the state of the link are live.

import { follow } from "../live.js";

follow();
