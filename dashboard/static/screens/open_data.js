// Open data: nothing here is live but the head of the page.

import { follow } from "../live.js";

follow();
