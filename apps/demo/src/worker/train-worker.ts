import { expose } from 'comlink';
import { Trainer } from './trainer';

// The page names its worker after the backend that the address asks for.
expose(new Trainer(self.name === '' ? undefined : self.name));
